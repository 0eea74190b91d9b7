using System.Buffers.Binary;
using System.Globalization;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Controllers.Runtime;

/// <summary>
/// A short name for the content of a pod template. As in Kubernetes it is a 32-bit FNV-1a hash spelled in letters and digits that
/// make no words; unlike there it is taken over the template's JSON, so the value itself differs.
/// </summary>
internal static class TemplateHash
{
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    /// <param name="collisions">How many times a hash of this owner met an object with another template.</param>
    public static string Of(PodTemplateSpec template, int? collisions)
    {
        var hash = Fnv(2166136261, ApiJson.Write(template));
        if (collisions is { } count)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
            hash = Fnv(hash, bytes);
        }

        return string.Concat(hash.ToString(CultureInfo.InvariantCulture).Select(digit => Alphabet[digit % Alphabet.Length]));
    }

    private static uint Fnv(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash;
    }
}
