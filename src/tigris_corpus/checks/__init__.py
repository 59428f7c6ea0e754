"""The checks, one module a level or a matter: each rule stands beside the pure function that finds its breaches."""
