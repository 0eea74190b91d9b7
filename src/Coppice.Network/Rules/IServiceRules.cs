namespace Coppice.Network.Rules;

/// <summary>Where planned rules take effect: the node's kernel, or the simulation's.</summary>
public interface IServiceRules
{
    /// <summary>
    /// Makes the rules what is desired, in one transaction; returns when packets meet them. The first call replaces what an
    /// earlier run left behind.
    /// </summary>
    /// <exception cref="RulesException">The kernel refused them; the rules before it still hold.</exception>
    ValueTask ApplyAsync(Ruleset desired, CancellationToken stop);

    /// <summary>Looks whether the rules are still there, and puts them back if somebody took them away. True if it had to.</summary>
    ValueTask<bool> RestoreAsync(CancellationToken stop);

    /// <summary>Takes all rules of ours away.</summary>
    ValueTask RemoveAsync(CancellationToken stop);
}

/// <summary>The rules could not be applied; the message is the kernel's or nft's.</summary>
public sealed class RulesException(string message, Exception? inner = null) : Exception(message, inner);
