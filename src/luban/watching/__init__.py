"""What happens, as others count and follow it: metrics for Prometheus, traces for OpenTelemetry.

Adapters: nothing here decides anything, and nothing of it is on the way of a step.
"""
