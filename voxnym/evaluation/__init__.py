"""How well people are hidden and how much is left of their words: attackers, measures, reports."""
