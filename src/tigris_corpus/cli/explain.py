"""``tigris explain``."""

from __future__ import annotations

import click

from tigris_corpus.cli.extras import needs


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain a CODE of the validator: why the rule is there, a bad and a good example, how to mend it.

    Without CODE, list them all.
    """
    with needs("validate", "tigris explain", "polars"):
        from tigris_corpus.descriptor import nearest
        from tigris_corpus.report import rules
        from tigris_corpus.report.rules import RULES

    if code is None:
        click.echo(rules.listing(RULES.values()), nl=False)
    elif code in RULES:
        click.echo(rules.explain(RULES[code]), nl=False)
    else:
        near = nearest(code, list(RULES))
        hint = f' Did you mean "{near}"?' if near else ""
        raise click.BadParameter(f"there is no code {code!r}.{hint} `tigris explain` lists them all.")
