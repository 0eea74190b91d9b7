using System.Text.Json;
using Coppice.Objects;
using Coppice.Objects.Meta;

namespace Coppice.ApiServer.Ownership;

/// <summary>Everybody who owns fields of an object, as metadata.managedFields tells it. Immutable.</summary>
internal sealed class Owners
{
    public static readonly Owners None = new([]);

    // Kubernetes' number of those who are remembered one by one, and the name of all before them.
    private const int UpdatersMax = 10;
    private const string Ancient = "ancient-changes";

    private const string FieldsType = "FieldsV1";

    private readonly IReadOnlyList<Owner> _all;

    private Owners(IReadOnlyList<Owner> all) => _all = all;

    public bool AreNone => _all.Count == 0;

    public IReadOnlyList<Owner> All => _all;

    /// <summary>Reads entries; null if one of them is wrong.</summary>
    public static Owners? Read(ValueList<ManagedFieldsEntry> entries)
    {
        if (entries.IsEmpty)
        {
            return None;
        }

        var all = new List<Owner>(entries.Count);
        foreach (var entry in entries)
        {
            if (entry.Operation is not (ManagedFieldsOperationType.Apply or ManagedFieldsOperationType.Update)
                || string.IsNullOrEmpty(entry.ApiVersion)
                || entry.FieldsType != FieldsType)
            {
                return null;
            }

            try
            {
                var fields = entry.FieldsV1 is { } given ? FieldSetJson.Read(given) : FieldSet.Empty;
                all.Add(new(new(entry.Manager ?? "", entry.Operation, entry.ApiVersion, entry.Subresource ?? ""), fields, entry.Time));
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                // Of this nobody can tell what is owned: it is no set, or its text is no Unicode.
                return null;
            }
        }

        return new Owners(all);
    }

    public Owner? Find(Manager manager)
    {
        for (var i = 0; i < _all.Count; i++)
        {
            if (_all[i].Manager.Is(manager))
            {
                return _all[i];
            }
        }

        return null;
    }

    /// <summary>With these fields and no others for a manager; with none, it is no owner.</summary>
    public Owners With(Owner owner)
    {
        var all = new List<Owner>(_all.Count + 1);
        for (var i = 0; i < _all.Count; i++)
        {
            if (!_all[i].Manager.Is(owner.Manager))
            {
                all.Add(_all[i]);
            }
        }

        if (!owner.Fields.IsEmpty)
        {
            all.Add(owner);
        }

        return new(all);
    }

    /// <summary>With other fields for some; those without any go.</summary>
    public Owners Select(Func<Owner, FieldSet> fields)
    {
        List<Owner>? changed = null;
        for (var i = 0; i < _all.Count; i++)
        {
            var left = fields(_all[i]);
            if (!ReferenceEquals(left, _all[i].Fields) && changed is null)
            {
                changed = [.. _all.Take(i)];
            }

            if (changed is not null && !left.IsEmpty)
            {
                changed.Add(_all[i] with { Fields = left });
            }
        }

        return changed is null ? this : new(changed);
    }

    /// <summary>With the oldest of those who update as one, a version, if there are too many.</summary>
    public Owners Capped()
    {
        if (_all.Count <= UpdatersMax || _all.Where(owner => !owner.Manager.Applies).ToList() is not { Count: > UpdatersMax } updaters)
        {
            return this;
        }

        var (owners, left, firsts) = (this, updaters.Count, new Dictionary<string, Owner>(StringComparer.Ordinal));
        foreach (var updater in updaters.OrderBy(Seconds).ThenBy(owner => owner.Manager.Name, StringComparer.Ordinal))
        {
            if (left <= UpdatersMax)
            {
                break;
            }

            var version = updater.Manager.ApiVersion;
            if (firsts.TryAdd(version, updater))
            {
                continue;
            }

            var bucket = new Manager(Ancient, ManagedFieldsOperationType.Update, version, "");
            if (owners.Find(bucket) is null)
            {
                var first = firsts[version];
                owners = owners.With(first with { Fields = FieldSet.Empty }).With(first with { Manager = bucket });
            }

            var joined = owners.Find(bucket)!.Fields.Union(updater.Fields);
            owners = owners.With(updater with { Fields = FieldSet.Empty }).With(new Owner(bucket, joined, updater.Time));
            left--;
        }

        return owners;
    }

    /// <summary>In Kubernetes' order. Entries that are as they were before are those from before.</summary>
    public ValueList<ManagedFieldsEntry> Write(ValueList<ManagedFieldsEntry> before)
    {
        // Of a new object there is one.
        ManagedFieldsEntry[] entries = _all is [var only] ? [Write(only)] : [.. InOrder().Select(Write)];
        for (var i = 0; i < entries.Length; i++)
        {
            foreach (var old in before)
            {
                if (old == entries[i])
                {
                    entries[i] = old;
                }
            }
        }

        return entries.AsSpan().SequenceEqual(before.AsSpan()) ? before : [.. entries];
    }

    private IEnumerable<Owner> InOrder() => _all
        .OrderBy(owner => owner.Manager.Operation, StringComparer.Ordinal)
        .ThenBy(Seconds)
        .ThenBy(owner => owner.Manager.Name, StringComparer.Ordinal)
        .ThenBy(owner => owner.Manager.ApiVersion, StringComparer.Ordinal)
        .ThenBy(owner => owner.Manager.Subresource, StringComparer.Ordinal);

    private static ManagedFieldsEntry Write(Owner owner) => new()
    {
        Manager = owner.Manager.Name,
        Operation = owner.Manager.Operation,
        ApiVersion = owner.Manager.ApiVersion,
        Time = owner.Time,
        FieldsType = FieldsType,
        FieldsV1 = FieldSetJson.Write(owner.Fields),
        Subresource = owner.Manager.Subresource.Length == 0 ? null : owner.Manager.Subresource,
    };

    private static long Seconds(Owner owner) => owner.Time?.ToUnixTimeSeconds() ?? 0;
}
