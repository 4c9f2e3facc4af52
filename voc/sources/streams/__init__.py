"""Streams and systems as sources: queues, mailboxes, databases, folders."""
