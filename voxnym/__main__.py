"""`python -m voxnym` is the command `voxnym`."""

from voxnym.cli import main

if __name__ == "__main__":
    main()
