using System.Globalization;
using System.Net;

namespace Coppice.Network.Dns;

/// <summary>The names under which addresses are asked for.</summary>
internal static class ReverseNames
{
    public const string V4 = "in-addr.arpa";
    public const string V6 = "ip6.arpa";

    /// <summary>The address a reverse name stands for; null if it is none, or not a whole one.</summary>
    public static IPAddress? Address(string name)
    {
        if (name.EndsWith("." + V4, StringComparison.Ordinal))
        {
            return FromV4(name[..^(V4.Length + 1)].Split('.'));
        }

        return name.EndsWith("." + V6, StringComparison.Ordinal) ? FromV6(name[..^(V6.Length + 1)].Split('.')) : null;
    }

    private static IPAddress? FromV4(string[] labels)
    {
        if (labels.Length != 4)
        {
            return null;
        }

        var bytes = new byte[4];
        for (var i = 0; i < 4; i++)
        {
            if (!byte.TryParse(labels[3 - i], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[i]))
            {
                return null;
            }
        }

        return new IPAddress(bytes);
    }

    private static IPAddress? FromV6(string[] labels)
    {
        if (labels.Length != 32)
        {
            return null;
        }

        var bytes = new byte[16];
        for (var i = 0; i < 32; i++)
        {
            if (labels[31 - i].Length != 1 || !byte.TryParse(labels[31 - i], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var nibble))
            {
                return null;
            }

            bytes[i / 2] |= (byte)(i % 2 == 0 ? nibble << 4 : nibble);
        }

        return new IPAddress(bytes);
    }
}
