using System.Globalization;
using System.Net.Http.Headers;

namespace Coppice.Node.Runtime.Grpc;

/// <summary>The end of a call: grpc-status and grpc-message, in the trailers, or in the headers of an answer without a body.</summary>
internal static class GrpcTrailers
{
    public static void ThrowUnlessOk(HttpResponseMessage response)
    {
        var status = First(response.TrailingHeaders, "grpc-status") ?? First(response.Headers, "grpc-status");
        if (status == "0")
        {
            return;
        }

        if (status is null)
        {
            throw new IOException("The answer ended without a gRPC status.");
        }

        var message = First(response.TrailingHeaders, "grpc-message") ?? First(response.Headers, "grpc-message") ?? "";
        var code = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (GrpcCode)number : GrpcCode.Unknown;
        // The message is UTF-8 with everything outside printable ASCII as %XX.
        throw new GrpcException(code, Uri.UnescapeDataString(message));
    }

    private static string? First(HttpResponseHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
