"""The OAuth 2 client: who is sent where, and what is asked of token addresses."""
