"""What is wrong with a map, said so that its author finds the place."""


class MapError(Exception):
    """The message names the block, the register and the field."""
