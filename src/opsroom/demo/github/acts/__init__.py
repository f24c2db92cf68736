"""Everything that can happen in the double's world; each act emits the webhook that goes with it.

An act takes the lock itself, so it can be called from anywhere; it raises `Refusal` where GitHub
would say no.
"""
