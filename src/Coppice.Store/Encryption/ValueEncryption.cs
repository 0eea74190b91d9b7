using System.Security.Cryptography;
using System.Text;

namespace Coppice.Store.Encryption;

/// <summary>
/// Which values are encrypted at rest, and with which keys: AES-GCM with a random nonce a value, in the envelope that Kubernetes' has
/// (<c>k8s:enc:aesgcm:v1:KEY:</c>, then nonce, ciphertext and tag). The store's key is authenticated with the value, so that none can be
/// put in the place of another. For one thread at a time.
/// </summary>
public sealed class ValueEncryption : IDisposable
{
    /// <summary>What every encrypted value begins with, whatever it is encrypted by.</summary>
    public const string AnyMark = "k8s:enc:";

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private static readonly byte[] Mark = "k8s:enc:aesgcm:v1:"u8.ToArray();
    private static readonly byte[] AnyMarkBytes = Encoding.UTF8.GetBytes(AnyMark);

    private readonly Func<string, EncryptionKey?> _choose;
    private readonly Dictionary<string, SealingKey?> _writing = new(StringComparer.Ordinal);
    private readonly List<SealingKey> _keys;

    /// <param name="origin">Where the keys come from, for what is said of one that is missing.</param>
    /// <param name="keys">All that may be needed for reading.</param>
    /// <param name="choose">The one of them that values of a resource ("secrets", "deployments.apps") are written with; null for none.</param>
    public ValueEncryption(string origin, IReadOnlyList<EncryptionKey> keys, Func<string, EncryptionKey?> choose)
    {
        (Origin, _choose) = (origin, choose);
        _keys = [.. keys.Select(key => new SealingKey(key))];
    }

    public string Origin { get; }

    /// <summary>Nothing is encrypted, and nothing that is can be read.</summary>
    public static ValueEncryption None() => new("this server", [], _ => null);

    /// <summary>The name of the key that values of a resource are written with; null for none.</summary>
    public string? KeyFor(string resource) => _choose(resource)?.Name;

    /// <summary>A value as it is to be stored.</summary>
    public ReadOnlySpan<byte> Seal(string key, ReadOnlySpan<byte> value)
    {
        if (WritingKey(key) is not { } with)
        {
            return value;
        }

        var stored = new byte[with.Head.Length + NonceBytes + value.Length + TagBytes];
        with.Head.CopyTo(stored, 0);
        var nonce = stored.AsSpan(with.Head.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        with.Cipher.Encrypt(nonce, value, stored.AsSpan(with.Head.Length + NonceBytes, value.Length), stored.AsSpan(stored.Length - TagBytes), Encoding.UTF8.GetBytes(key));
        return stored;
    }

    /// <summary>The value that was stored; the same array if it is not encrypted.</summary>
    /// <exception cref="CryptographicException">Its key is not there, or is another one. The message says which.</exception>
    public byte[] Open(string key, byte[] stored)
    {
        if (!stored.AsSpan().StartsWith(AnyMarkBytes))
        {
            return stored;
        }

        if (!stored.AsSpan().StartsWith(Mark))
        {
            throw new CryptographicException($"{key} was encrypted by another means than AES-GCM");
        }

        var candidates = _keys.FindAll(one => stored.AsSpan().StartsWith(one.Head));
        foreach (var with in candidates)
        {
            var sealedBytes = stored.AsSpan(with.Head.Length);
            if (sealedBytes.Length >= NonceBytes + TagBytes && TryOpen(with, key, sealedBytes) is { } value)
            {
                return value;
            }
        }

        var name = Encoding.UTF8.GetString(stored.AsSpan(Mark.Length).Slice(0, Math.Max(0, stored.AsSpan(Mark.Length).IndexOf((byte)':'))));
        throw new CryptographicException(candidates.Count == 0
            ? $"{key} was encrypted with the key \"{name}\", which {Origin} does not have"
            : $"{key} was encrypted with another key \"{name}\" than {Origin} has");
    }

    /// <summary>Whether a stored value is as it would be written now.</summary>
    public bool IsAsWritten(string key, ReadOnlySpan<byte> stored) =>
        WritingKey(key) is { } with ? stored.StartsWith(with.Head) : !stored.StartsWith(AnyMarkBytes);

    public void Dispose() => _keys.ForEach(key => key.Cipher.Dispose());

    private static byte[]? TryOpen(SealingKey with, string key, ReadOnlySpan<byte> sealedBytes)
    {
        var value = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        try
        {
            with.Cipher.Decrypt(sealedBytes[..NonceBytes], sealedBytes[NonceBytes..^TagBytes], sealedBytes[^TagBytes..], value, Encoding.UTF8.GetBytes(key));
            return value;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private SealingKey? WritingKey(string key)
    {
        var resource = key.IndexOf('/') is var slash and >= 0 ? key.AsSpan(0, slash) : key;
        var known = _writing.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!known.TryGetValue(resource, out var with))
        {
            var chosen = _choose(resource.ToString());
            known[resource] = with = chosen is null ? null : _keys.Find(one => one.Key == chosen);
        }

        return with;
    }

    private sealed record SealingKey(EncryptionKey Key)
    {
        public byte[] Head { get; } = [.. Mark, .. Encoding.UTF8.GetBytes(Key.Name), (byte)':'];

        public AesGcm Cipher { get; } = new(Key.Secret.Span, TagBytes);
    }
}
