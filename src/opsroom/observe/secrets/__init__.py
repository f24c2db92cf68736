"""Secrets: what the scanner of that name is made of.

scanners/secrets.py  asks a worker of `pool`, which runs `worker` in a process of its own
worker   reads files (`reading`) and blobs of the past, and hands each one to `detector`
report   what a worker is asked and answers
memory   what of the past was read before, so that it is read once
detector Kingfisher's rules with our own (`rules`), `structured` files, without `decoys`
kinds    what a secret is called and how bad it is
key      the key of the hashes by which secrets are told apart: no secret leaves the worker
"""
