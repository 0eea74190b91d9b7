using System.Text;

namespace Coppice.Network.Nftables;

/// <summary>
/// Our nftables table of one family in the kernel: what was applied to it, what the kernel would not take, and whether it is still as it was left. For
/// one thread, in the network namespace of the table.
/// </summary>
internal sealed class KernelTable(NftFamily family, string table) : IDisposable
{
    private const string Somebody = "somebody";

    private List<(RuleShare Share, RuleWarning Warning)> _refused = [];
    private INftRunner? _nft;
    private NftWatch? _watch;

    // Null: the kernel's state is not known, and is replaced by the next change.
    private NftTable? _applied;
    private NftTable? _desired;

    // How the table looked when it was as applied; null while nobody looked.
    private string? _listing;
    private string? _tamperer;

    /// <summary>What of the desired is left out.</summary>
    public IReadOnlyList<RuleWarning> Refused => [.. _refused.Select(one => one.Warning)];

    private INftRunner Nft => _nft ??= (INftRunner?)LibNftables.TryOpen() ?? new NftCommand();

    /// <returns>The UDP routes that are gone, whose connections must be forgotten.</returns>
    /// <exception cref="RulesException">The kernel refused all of it; the rules before it still hold.</exception>
    public IReadOnlyList<UdpRoute> Apply(NftTable desired)
    {
        _desired = desired;
        _refused = [.. _refused.Where(one => desired.Shares.Any(one.Share.IsLike))];
        var wanted = _refused.Count == 0 ? desired : desired.Only(share => !_refused.Any(one => one.Share.IsLike(share)));
        if (_applied is { } applied)
        {
            var changes = NftDiff.Between(table, applied, wanted);
            if (changes.Batch.Length == 0)
            {
                _applied = wanted;
                return changes.StaleUdp;
            }

            if (Change(changes.Batch) is null)
            {
                Became(wanted);
                return changes.StaleUdp;
            }
            // Somebody else changed our table, or one of the new rules is none: it is replaced whole, and it is seen which.
        }

        Replace(wanted);
        return [];
    }

    /// <summary>Null if the table is as it was left; else it was made so again, and this is what had become of it.</summary>
    public string? Restore()
    {
        if (_desired is null)
        {
            return null;
        }

        TryRefusedAgain();
        ReceiveChanges();
        // What the kernel told need not be looked at: that takes longer than to put it right.
        if (_applied is not { } applied || _tamperer is not null)
        {
            var who = _tamperer ?? Somebody;
            Replace(_applied ?? _desired);
            return $"changed by {who}";
        }

        var now = List();
        if (now is null || (_listing is not null && now != _listing))
        {
            Replace(applied);
            return $"{(now is null ? "taken away" : "changed")} by {Somebody}";
        }

        _listing = now;
        return null;
    }

    /// <summary>Begins to be told what others do to the table; null where that cannot be.</summary>
    public NftWatch? Subscribe() => _watch ??= NftWatch.TryOpen(family, table);

    /// <summary>Takes in what the kernel told; true if it is news that somebody else has changed the table since it was restored last.</summary>
    public bool ReceiveChanges()
    {
        var isKnown = _tamperer is not null;
        // Until the first of ours, what is there is another run's, and will be replaced.
        if (_watch?.TakeOfOthers() is { } who && _desired is not null)
        {
            _tamperer ??= who;
        }

        return !isKnown && _tamperer is not null;
    }

    public void Remove()
    {
        (_applied, _desired, _listing, _tamperer) = (null, null, null, null);
        _refused = [];
        // A kernel that knows nothing of the family has none of it either.
        if (Nft.Read($"list table {family} {table}", hasElements: false) is not null && Change(NftDiff.Delete(family, table)) is { } error)
        {
            throw new RulesException($"The table {family} {table} could not be removed: {error}");
        }
    }

    public void Dispose()
    {
        _watch?.Dispose();
        _nft?.Dispose();
    }

    private void Replace(NftTable wanted)
    {
        // Whatever was done to it before.
        ReceiveChanges();
        _tamperer = null;
        if (Change(NftDiff.Replace(table, wanted).Batch) is { } error)
        {
            _applied = null;
            wanted = WithoutRefused(wanted) ?? throw new RulesException($"The service rules could not be applied: {error}");
            if (Change(NftDiff.Replace(table, wanted).Batch) is { } again)
            {
                throw new RulesException($"The service rules could not be applied: {again}");
            }
        }

        Became(wanted);
    }

    /// <summary>What is left when those are taken out that the kernel does not take; null if there are none such.</summary>
    private NftTable? WithoutRefused(NftTable wanted)
    {
        var found = RuleIsolation.Find(wanted, ruleset => Nft.Run(NftDiff.Replace(table, ruleset).Batch, isTrial: true));
        if (found.Count == 0)
        {
            return null;
        }

        _refused.AddRange(found.Select(one =>
            (one.Share, new RuleWarning(one.Share.Owner!.Value, RuleReasons.Refused, $"The kernel does not take its rules: {FirstLine(one.Reason)}"))));
        var refused = found.Select(one => one.Share).ToHashSet();
        return wanted.Only(share => !refused.Contains(share));
    }

    private void Became(NftTable applied)
    {
        _applied = applied;
        // With nobody to tell of changes, it must be seen at once how the table looks.
        _listing = _watch is null ? List() : null;
    }

    // The kernel may take now what it did not take before: with a module loaded, with room for it.
    private void TryRefusedAgain()
    {
        if (_refused.Count == 0 || _applied is not { } applied)
        {
            return;
        }

        var there = applied.Shares.ToHashSet();
        var taken = _refused.RemoveAll(one =>
            Nft.Run(NftDiff.Between(table, applied, _desired!.Only(share => share.IsLike(one.Share) || there.Contains(share))).Batch, isTrial: true) is null);
        if (taken > 0)
        {
            Apply(_desired!);
        }
    }

    private string? Change(string batch)
    {
        ReceiveChanges();
        var error = Nft.Run(batch);
        if (_watch?.TakeOfOurs() == true)
        {
            _tamperer ??= Somebody;
        }

        return error;
    }

    /// <summary>All of the table that only we change; null if it is not there. What the kernel adds by itself (who is whose client) is left out.</summary>
    private string? List()
    {
        if (Nft.Read($"list table {family} {table}", hasElements: false) is not { } frame)
        {
            return null;
        }

        var listing = new StringBuilder(frame);
        foreach (var set in _applied!.Sets.Values.Where(set => !set.IsFilledByKernel).OrderBy(set => set.Name, StringComparer.Ordinal))
        {
            listing.Append(Nft.Read($"list {set.Kind} {family} {table} {set.Name}", hasElements: true));
        }

        return listing.ToString();
    }

    private static string FirstLine(string text) => text.Split('\n', 2)[0].Trim();
}
