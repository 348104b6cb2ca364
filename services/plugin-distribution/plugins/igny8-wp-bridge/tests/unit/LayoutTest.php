<?php
// phpcs:disable
use IGNY8\Bridge\Rendering;
use PHPUnit\Framework\TestCase;

final class LayoutTest extends TestCase {
	/** Lay out with sizes read from the tags alone. */
	private function lay_out( string $html ): string {
		return Rendering\lay_out( $html, function ( string $img ): array {
			return [ (int) Rendering\attribute( $img, 'width' ), (int) Rendering\attribute( $img, 'height' ) ];
		} );
	}

	public function layouts(): array {
		$s = '<img src="s.png" width="600" height="600">';
		$l = '<img src="l.png" width="1600" height="900">';
		return [
			'pictures go behind the first paragraph' => [
				"<h2>H</h2><p>$l</p><p>Text</p><p>More</p>",
				"<h2>H</h2><p>Text</p>\n<p class=\"igny8-image igny8-landscape\">$l</p><p>More</p>",
			],
			'in their order, before those that stand there already' => [
				"<h2>H</h2><figure>$l</figure><h3>h</h3><figure id=\"b\">$l</figure><p>Text</p><figure id=\"c\">$l</figure>",
				"<h2>H</h2><h3>h</h3><p>Text</p>\n<figure class=\"igny8-image igny8-landscape\">$l</figure>\n<figure id=\"b\" class=\"igny8-image igny8-landscape\">$l</figure><figure id=\"c\" class=\"igny8-image igny8-landscape\">$l</figure>",
			],
			'the words around it stay two' => [
				"<h2>H</h2>one<figure>$l</figure>two <b>three</b><figure id=\"b\">$l</figure><i>four</i><p>Text</p>",
				"<h2>H</h2>one\ntwo <b>three</b>\n<i>four</i><p>Text</p>\n<figure class=\"igny8-image igny8-landscape\">$l</figure>\n<figure id=\"b\" class=\"igny8-image igny8-landscape\">$l</figure>",
			],
			'not across a section, nor without one' => [
				"<figure>$l</figure><p>Intro</p><h2>H</h2><figure>$l</figure><h2>I</h2><p>Text</p>",
				"<figure class=\"igny8-image igny8-landscape\">$l</figure><p>Intro</p><h2>H</h2><figure class=\"igny8-image igny8-landscape\">$l</figure><h2>I</h2><p>Text</p>",
			],
			'squares in pairs, each with its own caption' => [
				"<figure>$s<figcaption>One</figcaption></figure>\n<figure>$s<figcaption>Two</figcaption></figure>",
				"<div class=\"igny8-pair\"><figure class=\"igny8-image igny8-square igny8-captioned\">$s<figcaption>One</figcaption></figure>\n<figure class=\"igny8-image igny8-square igny8-captioned\">$s<figcaption>Two</figcaption></figure></div>",
			],
			'squares that meet by moving' => [
				"<h2>H</h2><p>$s</p><p>Text</p><p>$s</p>",
				"<h2>H</h2><p>Text</p>\n<div class=\"igny8-pair\"><p class=\"igny8-image igny8-square\">$s</p><p class=\"igny8-image igny8-square\">$s</p></div>",
			],
			'several images of one paragraph, the third alone' => [
				"<p>$s<br />\n$s $s</p>",
				"<div class=\"igny8-pair\"><p class=\"igny8-image igny8-square\">$s</p><p class=\"igny8-image igny8-square\">$s</p></div><p class=\"igny8-image igny8-square\">$s</p>",
			],
			'squares with words or another picture between are no pair' => [
				"<p>$s</p><p>Text</p><p>$s</p><p>$l</p><p>$s</p>",
				"<p class=\"igny8-image igny8-square\">$s</p><p>Text</p><p class=\"igny8-image igny8-square\">$s</p><p class=\"igny8-image igny8-landscape\">$l</p><p class=\"igny8-image igny8-square\">$s</p>",
			],
			'bare images, linked images, classes that are there' => [
				"$l<p class='x'><a href=\"/\">$s</a></p><figure class=\"wp-block-image size-full\"><picture><source srcset=\"s.webp\">$l</picture></figure>",
				"<figure class=\"igny8-image igny8-landscape\">$l</figure><p class=\"x igny8-image igny8-square\"><a href=\"/\">$s</a></p><figure class=\"wp-block-image size-full igny8-image igny8-landscape\"><picture><source srcset=\"s.webp\">$l</picture></figure>",
			],
			'a smaller file is enough for half the width' => [
				"<p><img sizes=\"(max-width: 600px) 100vw, 600px\" width=600 height=590></p><p><img sizes=\"auto, 100vw\" width=600 height=600></p>",
				"<div class=\"igny8-pair\"><p class=\"igny8-image igny8-square\"><img sizes=\"(max-width: 540px) 100vw, 512px\" width=600 height=590></p><p class=\"igny8-image igny8-square\"><img sizes=\"auto, 100vw\" width=600 height=600></p></div>",
			],
			'an image of unknown size moves, and has no shape' => [
				"<h2>H</h2><p><img src=\"u.png\"></p><p>Text</p>",
				"<h2>H</h2><p>Text</p>\n<p class=\"igny8-image\"><img src=\"u.png\"></p>",
			],
			'groups of the editor' => [
				"<div class=\"wp-block-group\"><h2>H</h2><p>$l</p><p>Text</p></div>",
				"<div class=\"wp-block-group\"><h2>H</h2><p>Text</p>\n<p class=\"igny8-image igny8-landscape\">$l</p></div>",
			],
			'paragraphs and lists whose end is left out' => [
				"<h2>H</h2><p>$l</p><p>Text<ul><li>a<li>b</ul><p>$l</p><p>End",
				"<h2>H</h2><p>Text\n<p class=\"igny8-image igny8-landscape\">$l</p><ul><li>a<li>b</ul><p class=\"igny8-image igny8-landscape\">$l</p><p>End",
			],
		];
	}

	/** @dataProvider layouts */
	public function test_layouts( string $stored, string $shown ): void {
		$this->assertSame( $shown, $this->lay_out( $stored ) );
	}

	public function untouched(): array {
		$l = '<img src="l.png" width="1600" height="900">';
		return array_map( function ( string $html ): array { return [ $html ]; }, [
			'nothing'              => '',
			'no image'             => '<h2>H</h2><p>Text',
			'within words'         => "<p>See $l here</p>and $l there",
			'aligned'              => "<h2>H</h2><figure class=\"wp-block-image alignleft\">$l</figure><p>Text</p>",
			'aligned in a wrapper' => "<h2>H</h2><div class=\"wp-block-image\"><figure class=\"alignright\">$l</figure></div><p>Text</p>",
			'aligned image'        => '<h2>H</h2><p><img class="alignright" width="900" height="600"></p><p>Text</p>',
			'sized'                => "<figure class=\"wp-caption\" style=\"width: 310px\">$l<figcaption>x</figcaption></figure>",
			'icon'                 => '<h2>H</h2><p><img width="32" height="32"></p><p>Text</p>',
			'icon beside another'  => "<p><img width=32 height=32>$l</p>",
			'gallery block'        => "<figure class=\"wp-block-gallery\"><figure class=\"wp-block-image\">$l</figure><figure class=\"wp-block-image\">$l</figure></figure>",
			'table in a figure'    => "<figure class=\"wp-block-table\"><table><tr><td>$l</td></tr></table></figure>",
			'media beside text'    => "<div class=\"wp-block-media-text\"><figure>$l</figure><div><h2>H</h2><p>x</p></div></div>",
			'row of the editor'    => "<div class=\"wp-block-group is-layout-flex\"><h2>H</h2><p>$l</p><p>Text</p></div>",
			'unmatched end'        => "<h2>H</h2><p>$l</p><p>Text</p></div>",
			'unmatched beginning'  => "<h2>H</h2><div><p>$l</p><p>Text</p>",
			'crossing'             => "<h2>H</h2><p>$l</p><p><b>Text</p></b>",
			'block in a paragraph' => "<h2>H</h2><p>$l</p><p><a>x<div>y</div></a></p>",
			'half a tag'           => "<h2>H</h2><p>$l</p><p>Text</p><img src=\"",
			'half a tag within'    => "<h2>H</h2><p>$l</p><p>Text <img src=\"x\" alt",
			'a quote too many'     => "<h2>H</h2><p>$l</p><p>Text</p><p title=\"a\"b\">x</p>",
			'half a comment'       => "<h2>H</h2><p>$l</p><p>Text</p><!-- x",
			'half a script'        => "<h2>H</h2><p>$l</p><p>Text</p><script>x",
			'no utf-8'             => "<h2>H</h2><p>\xff $l</p><p>\xfe</p>",
		] );
	}

	/** @dataProvider untouched */
	public function test_what_stays_as_it_is( string $html ): void {
		$this->assertSame( $html, $this->lay_out( $html ) );
	}

	public function test_code_and_comments_are_not_read(): void {
		$around = [ '<!-- <h2><img> -->', '<script>if (1<2) { s = "</p><h2>"; }</script>', '<pre>&lt;img&gt; a < b</pre>', '<p title="a>b <h2>" data-class="class=\'x\'">Text <b>b</b></p>' ];
		$html   = implode( "\n", $around );
		$l      = '<p><img src="l.png" alt="a > b" width="1600" height="900"></p>';
		$this->assertSame( "$html<h2>H</h2>$html\n" . str_replace( '<p>', '<p class="igny8-image igny8-landscape">', $l ), $this->lay_out( "$html<h2>H</h2>$l$html" ) );
	}

	public function test_shapes(): void {
		$shapes = [ [ 100, 100, 'square' ], [ 110, 100, 'square' ], [ 100, 110, 'square' ], [ 111, 100, 'landscape' ], [ 100, 111, 'portrait' ], [ 0, 100, '' ], [ 100, 0, '' ] ];
		foreach ( $shapes as list( $width, $height, $shape ) ) {
			$this->assertSame( $shape, Rendering\shape( $width, $height ), "$width x $height" );
		}
	}

	/** Many articles, good and broken: every word, every image and every caption's neighbourhood survive. */
	public function test_nothing_is_ever_lost(): void {
		$seed = random_int( 0, PHP_INT_MAX >> 32 );
		mt_srand( $seed );
		$changed = 0;
		for ( $round = 0; $round < 3000; $round++ ) {
			$html  = GeneratedArticle::write();
			$shown = $this->lay_out( $html );
			$note  = "seed $seed, round $round:\n$html\n--\n$shown";
			$this->assertSame( $this->words( $html ), $this->words( $shown ), $note );
			$this->assertSame( $this->images( $html ), $this->images( $shown ), $note );
			$this->assertSame( $this->captioned( $html ), $this->captioned( $shown ), $note );
			$this->assertSame( $this->without_pictures( $html ), $this->without_pictures( $shown ), "What is no picture keeps its place. $note" );
			$this->assertSame( $html, implode( '', array_column( Rendering\pieces( $html ) ?? [ [ 'html' => $html ] ], 'html' ) ), $note );
			$changed += $html === $shown ? 0 : 1;
		}
		$this->assertGreaterThan( 1000, $changed, 'Most articles have something to lay out.' );
	}

	private function words( string $html ): array {
		preg_match_all( '~w[0-9]+|ümläut|&lt;x&gt;|1 ?< ?2~', $html, $found );
		sort( $found[0] );
		return $found[0];
	}

	/** Whatever was made of an image, its source tells it. */
	private function images( string $html ): array {
		preg_match_all( '~src="?([a-z0-9-]+)~', $html, $found );
		sort( $found[1] );
		return $found[1];
	}

	private function captioned( string $html ): array {
		preg_match_all( '~src="([a-z0-9-]+)"[^<]*</?[^<]*<figcaption>([^<]*)~', $html, $found, PREG_SET_ORDER );
		$pairs = array_map( function ( array $pair ): string { return "$pair[1] $pair[2]"; }, $found );
		sort( $pairs );
		return $pairs;
	}

	private function without_pictures( string $html ): string {
		$html = preg_replace( [ '~<(figure)\b.*?</figure>~s', '~<img (?:alt=\'[^\']*\')?[^>]*>~', '~<br>|&nbsp;|</?(?:p|div|a)\b[^>]*>~' ], '', $html );
		return preg_replace( '~\s+~', '', $html );
	}
}

/** Articles as people, editors and broken plugins write them. */
final class GeneratedArticle {
	private static $number = 0;

	public static function write(): string {
		$html = '';
		for ( $left = mt_rand( 1, 14 ); $left > 0; $left-- ) {
			$html .= self::piece() . self::one_of( [ '', '', "\n", "\n\n", ' ', '<!-- gap -->' ] );
		}
		// Now and then somebody cuts, or forgets a tag.
		if ( 0 === mt_rand( 0, 4 ) ) {
			$html = substr( $html, 0, mt_rand( 0, strlen( $html ) ) );
		}
		if ( 0 === mt_rand( 0, 9 ) ) {
			$html = preg_replace( '~</(p|li|figure|div|b)>~', '', $html, mt_rand( 0, 2 ) );
		}
		return $html;
	}

	private static function piece(): string {
		$word = self::word();
		switch ( mt_rand( 0, 13 ) ) {
			case 0:
			case 1:
				return "<h2>$word</h2>";
			case 2:
				return "<h3 id=\"$word\">$word</h3>";
			case 3:
			case 4:
				return "<p>$word <b>" . self::word() . '</b> &amp; ümläut &lt;x&gt;</p>';
			case 5:
				return "<p>$word " . self::image() . '</p>';
			case 6:
				return '<p>' . self::image() . self::one_of( [ '', '<br>', ' &nbsp; ' ] ) . self::one_of( [ '', self::image() ] ) . '</p>';
			case 7:
				return '<figure class="wp-block-image">' . self::image() . '</figure>';
			case 8:
			case 9:
				return '<figure>' . self::one_of( [ self::image(), '<a href="/">' . self::image() . '</a>' ] ) . "<figcaption>$word</figcaption></figure>";
			case 10:
				return "<ul><li>$word<li>" . self::image() . '</ul>';
			case 11:
				return '<div class="' . self::one_of( [ '', 'wp-block-group', 'wp-block-columns' ] ) . "\"><h2>$word</h2>" . self::image() . "<p>$word</p></div>";
			case 12:
				return "<script>if (1<2) { x = \"<h2>$word\"; }</script>";
			default:
				return self::one_of( [ $word, self::image(), "<blockquote><p>$word</p></blockquote>", "<p>$word", '<table><tr><td>' . self::image() . '</table>', "1 < 2 $word" ] );
		}
	}

	private static function image(): string {
		list( $width, $height ) = self::one_of( [ [ 600, 600 ], [ 610, 600 ], [ 600, 600 ], [ 1600, 900 ], [ 600, 900 ], [ 40, 40 ], [ 0, 0 ] ] );
		return self::one_of( [ '<img ', '<img ', "<img alt='a > b' ", '<img class="alignleft" ' ] ) . 'src="i' . ++self::$number . "\" width=\"$width\" height=\"$height\"" . self::one_of( [ '>', ' />' ] );
	}

	private static function word(): string {
		return 'w' . ++self::$number;
	}

	private static function one_of( array $choices ) {
		return $choices[ mt_rand( 0, count( $choices ) - 1 ) ];
	}
}
