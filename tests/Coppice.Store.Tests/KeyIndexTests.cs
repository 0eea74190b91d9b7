using Coppice.Store.Mvcc;

namespace Coppice.Store.Tests;

/// <summary>Keys in many chunks, compared with a sorted list at every step.</summary>
public sealed class KeyIndexTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whatever_comes_and_goes_is_found_and_walked_in_order(bool isLookedUp)
    {
        var random = new Random(7);
        var (index, model) = (new KeyIndex(isLookedUp, chunkSize: 4), new SortedDictionary<string, KeyVersion>(StringComparer.Ordinal));
        for (var step = 1; step <= 4000; step++)
        {
            // More come than go at first, and then more go than come.
            var key = $"pods/{random.Next(300)}";
            if (random.Next(4000) > step / 2)
            {
                var version = new KeyVersion(new StoreEntry(key, new StoredValue(default), new(step), new(step)), deleted: false, older: null);
                index.Set(version);
                model[key] = version;
            }
            else
            {
                index.Remove(key);
                model.Remove(key);
            }

            var asked = $"pods/{random.Next(300)}";
            Assert.Same(model.GetValueOrDefault(asked), index.Find(asked));
            Assert.Equal(model.Count, index.Count);
        }

        Assert.NotEmpty(model);
        var (walk, walked) = (index.From(""), new List<KeyVersion>());
        while (walk.Next() is { } next)
        {
            walked.Add(next);
        }

        Assert.Equal(model.Values, walked);
    }
}
