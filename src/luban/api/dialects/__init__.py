"""Other ways of saying the same over HTTP, for programs that know those; foreign words stop here.

Nothing is done here: every request is put into our words, asked of the same services, and the
answer put back.
"""
