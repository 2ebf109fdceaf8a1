/** Applications that use Purple, run by the tests. */
@org.jspecify.annotations.NullMarked
package io.purpledb.example;
