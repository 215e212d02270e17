"""Tests of the example host."""
