"""The register map's generator: load and check (load), the model, and one writer a language."""
