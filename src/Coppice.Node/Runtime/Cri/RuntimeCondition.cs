namespace Coppice.Node.Runtime.Cri;

/// <param name="Type">RuntimeReady or NetworkReady.</param>
/// <param name="Reason">Empty while it holds.</param>
public sealed record RuntimeCondition(string Type, bool Holds, string Reason, string Message);
