"""The call-takers' door: who is calling, what do they need, and how do we do?"""
