using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Images;

/// <summary>Why an image could not be had.</summary>
public enum ImagePullFailure
{
    /// <summary>Something else; the message says it.</summary>
    Other,

    /// <summary>The registry has no such repository, tag or digest.</summary>
    NotFound,

    /// <summary>The registry wants credentials, or other ones.</summary>
    Unauthorized,

    /// <summary>The registry could not be reached, or broke off.</summary>
    Unreachable,

    /// <summary>The reference itself is not one.</summary>
    InvalidReference,
}

/// <summary>A pull that failed; the message is the runtime's, in which the registry's answer is quoted.</summary>
public sealed class ImagePullException(ImagePullFailure cause, string message, Exception? inner = null) : RuntimeException(message, inner)
{
    public ImagePullFailure Cause => cause;

    /// <summary>The text as it stands in Kubernetes' events: rpc error: code = NotFound desc = failed to pull …</summary>
    public string Description => InnerException is GrpcException failed ? failed.Description : Message;
}

/// <summary>Reads the cause out of containerd's error: from its code where it has one, from its words otherwise.</summary>
internal static class ImagePullFailures
{
    private static readonly string[] UnauthorizedWords =
        ["401 Unauthorized", "403 Forbidden", "authorization failed", "authentication required", "no basic auth credentials", "insufficient_scope"];

    private static readonly string[] UnreachableWords =
        ["connection refused", "no such host", "i/o timeout", "network is unreachable", "no route to host", "connection reset", "TLS handshake",
         "server misbehaving", "unexpected EOF", "context deadline exceeded", "x509:", "500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"];

    public static ImagePullFailure Classify(GrpcException failed)
    {
        var text = failed.Message;
        // A registry that wants a login says "not found, or may require authorization" of what it doesn't show to strangers.
        if (failed.Code is GrpcCode.PermissionDenied or GrpcCode.Unauthenticated || Has(text, UnauthorizedWords))
        {
            return ImagePullFailure.Unauthorized;
        }

        if (failed.Code == GrpcCode.NotFound || text.EndsWith(": not found", StringComparison.Ordinal))
        {
            return ImagePullFailure.NotFound;
        }

        if (Has(text, UnreachableWords))
        {
            return ImagePullFailure.Unreachable;
        }

        if (failed.Code == GrpcCode.InvalidArgument || text.Contains("failed to parse image reference", StringComparison.Ordinal))
        {
            return ImagePullFailure.InvalidReference;
        }

        return ImagePullFailure.Other;
    }

    private static bool Has(string text, string[] words) => words.Any(word => text.Contains(word, StringComparison.Ordinal));
}
