namespace Coppice.Network.Nftables;

/// <summary>Runs a batch of nft commands as one transaction.</summary>
internal interface INftRunner : IDisposable
{
    /// <summary>Null if it was done, else what went wrong; then nothing was changed.</summary>
    /// <param name="isTrial">Nothing is changed in any case: it is only seen whether it could be done.</param>
    string? Run(string batch, bool isTrial = false);

    /// <summary>What a command prints; null if it failed.</summary>
    /// <param name="hasElements">With the elements of sets that have a name.</param>
    string? Read(string command, bool hasElements);
}
