"""The embedded way of running Shijian: every part a process of this machine, under `.run/`."""
