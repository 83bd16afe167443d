"""Holds a conversation: sound and keys in, prompts out, each turn remembered."""
