namespace Coppice.Network.Rules;

/// <summary>Runs a batch of nft commands as one transaction.</summary>
internal interface INftRunner : IDisposable
{
    /// <summary>Null if it was done, else what went wrong; then nothing was changed.</summary>
    string? Run(string batch);
}
