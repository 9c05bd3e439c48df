"""What the guide promises, in Chinese; each module binds the feature of its name."""
