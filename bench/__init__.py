"""Measurements. Each takes both sides of a ratio in one run, in turns; see README.md. No part of the test run."""
