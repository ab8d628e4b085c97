"""HTML pages for people: self-contained, without a script or a link to the network, and safe whatever the texts received hold."""
