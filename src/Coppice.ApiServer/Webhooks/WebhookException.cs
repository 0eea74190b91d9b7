namespace Coppice.ApiServer.Webhooks;

/// <summary>A webhook could not be asked, or gave no answer that is one. The message is worded as Kubernetes' client words it.</summary>
public sealed class WebhookException(string message, Exception? inner = null) : Exception(message, inner);
