"""Writes to GitHub: each verb looks first, acts once, and says what was there before.

The rules, kept in code:

- PyGithub in one serialized worker (`worker`). One Github object used by two threads sends a write
  to the wrong repository without a word.
- No blind repeat. An answer that was lost (5xx, a timeout, a cut body) leaves open whether the
  effect happened: the verb looks for it by its natural key, and repeats once only when it surely
  isn't there (`writer`). Who can't tell says so.
- At least a second between writes, at most 80 pieces of content a minute and 500 an hour (`pace`).
  A limit of the host comes back as `Later`; nothing waits for it inside.
- Never a force-push, never the default or a protected branch, only branches under `opsroom/`, and
  none that a person pushed to (`branches`). A pull request of ours that a person closed is a no,
  which is remembered (`rejections`).
- Everything written says why, on what evidence, who approved, how to undo and how to stop it
  (`mark`). Evidence is strangers' text: it can't forge a mark, call people or close issues.
"""
