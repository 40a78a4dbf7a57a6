"""Configuration: one pydantic model per section, the source of the schema and the default YAML."""
