"""What the API gives and takes, one file a resource, as the OpenAPI document shows it."""
