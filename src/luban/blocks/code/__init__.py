"""Code of users and models: Python, JavaScript and shell, run away from the server."""
