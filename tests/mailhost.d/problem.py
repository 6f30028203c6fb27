"""What keeps a mailhost from starting, said so that a person can mend it."""


class Problem(Exception):
    pass
