"""What pages are made of: plain values or Vars in, rx.Component out; no State, no engine."""
