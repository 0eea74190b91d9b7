namespace Coppice.Node.Runtime;

/// <summary>Which streams of a process to connect. With a terminal there is no separate standard error.</summary>
public readonly record struct StreamSelection(bool Stdin, bool Stdout, bool Stderr, bool Tty);
