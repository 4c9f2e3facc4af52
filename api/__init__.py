"""The HTTP API: tags, feedback, topics, issues and work orders for other systems."""
