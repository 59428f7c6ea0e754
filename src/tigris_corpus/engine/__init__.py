"""The engine: tables read as text, Table Schemas compiled to Polars expressions. It never raises on bad data."""
