"""The hostile portal: the mock with tricks over it, one per name, and a witness of its own.

`tricks.py` lists them; `scripts.py` and `answers.py` hold what the page and the server do.
`servers.py` serves them and has the witness (`witness.py`) write down what arrives. `verdict.py`
judges by that and by the portal's ledger alone; neither shares code with the bot.
"""
