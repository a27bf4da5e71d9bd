"""The OpenAI-compatible door under `/v1`: an agent is a model.

Programs written for that interface talk with agents, and with the configured models, as they are:
`models`, `chat/completions`, `responses`, `embeddings`. Everything asked here is a run.
"""
