"""The cloud as code: one construct per capability, stacks that compose and grant."""
