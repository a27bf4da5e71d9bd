"""How fast it is, measured beside others doing the same work in the same minute."""
