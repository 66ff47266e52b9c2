"""The plugins that ship with sightkit, grouped by kind; they use its public names only."""
