<?php
// phpcs:disable
use IGNY8\Bridge\Rendering;
use PHPUnit\Framework\TestCase;

final class AttachmentIdsTest extends TestCase {
	private const IMAGES = [ 'https://w.test/a.png' => 5, 'https://w.test/b.png?x=1&y=2' => 6 ];

	public function contents(): array {
		$a = '<img src="https://w.test/a.png" alt="A"/>';
		$b = '<img src="https://w.test/a.png" alt="A" class="wp-image-5"/>';
		return [
			'an image block without attributes' => [
				"<!-- wp:image -->\n<figure class=\"wp-block-image\">$a</figure>\n<!-- /wp:image -->",
				"<!-- wp:image {\"id\":5,\"sizeSlug\":\"full\"} -->\n<figure class=\"wp-block-image size-full\">$b</figure>\n<!-- /wp:image -->",
			],
			'a size that is chosen stays; awkward attributes too' => [
				"<!-- wp:image {\"sizeSlug\":\"large\",\"className\":\"a\\u002d\\u002db\",\"style\":{},\"list\":[]} -->\n<figure class=\"wp-block-image size-large a--b\">$a<figcaption>C</figcaption></figure>\n<!-- /wp:image -->",
				"<!-- wp:image {\"id\":5,\"sizeSlug\":\"large\",\"className\":\"a\\u002d\\u002db\",\"style\":{},\"list\":[]} -->\n<figure class=\"wp-block-image size-large a--b\">$b<figcaption>C</figcaption></figure>\n<!-- /wp:image -->",
			],
			'an id from elsewhere is replaced' => [
				'<!-- wp:image {"align":"wide","id":99,"sizeSlug":"full"} --><figure class="wp-block-image alignwide size-full"><img src="https://w.test/a.png" class="wp-image-99 x"/></figure><!-- /wp:image -->',
				'<!-- wp:image {"id":5,"align":"wide","sizeSlug":"full"} --><figure class="wp-block-image alignwide size-full"><img src="https://w.test/a.png" class="x wp-image-5"/></figure><!-- /wp:image -->',
			],
			'a block within blocks' => [
				"<!-- wp:group --><div class=\"wp-block-group\"><!-- wp:image --><figure>$a</figure><!-- /wp:image --></div><!-- /wp:group -->",
				"<!-- wp:group --><div class=\"wp-block-group\"><!-- wp:image {\"id\":5,\"sizeSlug\":\"full\"} --><figure class=\"size-full\">$b</figure><!-- /wp:image --></div><!-- /wp:group -->",
			],
			'an image of elsewhere' => [ $same = '<!-- wp:image --><figure><img src="https://x.test/a.png"/></figure><!-- /wp:image --><img src="https://w.test/a.png2"><img>', $same ],
			'broken attributes' => [ $same = "<!-- wp:image {\"a\":} --><figure>$a</figure><!-- /wp:image -->", $same ],
			'an unfinished block' => [ $same = "<!-- wp:image {\"a\":1} --><figure>$a</figure>", $same ],
			'other blocks keep ids of their own' => [ $same = "<!-- wp:media-text {\"mediaId\":1} --><div>$a<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph --></div><!-- /wp:media-text -->", $same ],
			'html of one\'s own, between and after blocks' => [
				"$a<!-- wp:spacer /--><!-- wp:html -->\n$a\n<!-- /wp:html -->$a",
				"$b<!-- wp:spacer /--><!-- wp:html -->\n$b\n<!-- /wp:html -->$b",
			],
			'plain html, with every way to write an attribute' => [
				"<p>$a</p><IMG SRC='https://w.test/b.png?x=1&amp;y=2' class=big><img src=https://w.test/a.png class='wp-image-1'><script>'$a'</script><!-- $a -->",
				"<p>$b</p><IMG SRC='https://w.test/b.png?x=1&amp;y=2' class=\"big wp-image-6\"><img src=https://w.test/a.png class=\"wp-image-5\"><script>'$a'</script><!-- $a -->",
			],
		];
	}

	/** @dataProvider contents */
	public function test_ids( string $sent, string $stored ): void {
		$this->assertSame( $stored, Rendering\with_attachment_ids( $sent, self::IMAGES ) );
		$this->assertSame( $stored, Rendering\with_attachment_ids( $stored, self::IMAGES ), 'Twice is as once.' );
		$this->assertSame( $sent, Rendering\with_attachment_ids( $sent, [] ) );
	}
}
