"""When a schedule fires and how a webhook becomes inputs."""
