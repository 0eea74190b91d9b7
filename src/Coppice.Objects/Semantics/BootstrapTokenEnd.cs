using System.Globalization;
using Coppice.Objects.Core;

namespace Coppice.Objects.Semantics;

/// <summary>Until when a bootstrap token is good, which who takes it and who clears it away must agree on.</summary>
public static class BootstrapTokenEnd
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];

    /// <returns>Null if it is good for ever. A time that cannot be read has passed long ago.</returns>
    public static DateTimeOffset? Of(Secret secret) => !secret.Data.TryGetValue("expiration", out var data) || data.ToText() is not { Length: > 0 } text ? null
        : DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var end) ? end
        : DateTimeOffset.MinValue;
}
