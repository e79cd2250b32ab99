"""Pages for people: the street and its stations at a glance, on a wall and on a telephone."""
