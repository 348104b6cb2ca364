<?php
// phpcs:disable
/** What a real browser makes of published articles: where things are on a wide screen and on a phone, and in the editor. */
final class BrowserTest extends SiteTestCase {
	private const SIZES = [ 'square 1' => [ 640, 640 ], 'square 2' => [ 640, 620 ], 'square 3' => [ 640, 640 ], 'square 4' => [ 700, 700 ], 'wide' => [ 1400, 700 ], 'tall' => [ 500, 800 ] ];
	private const NEAR  = 1.0;

	private static $frames = [];

	/** One visit measures every article in every width. */
	private function frames(): array {
		if ( self::$frames ) {
			return self::$frames;
		}
		$media = $this->media( self::SIZES );
		$posts = [ 'classic' => $this->publish( $this->classic(), $media ), 'blocks' => $this->publish( $this->blocks(), $media ) ];
		$asked = [];
		foreach ( $posts as $name => $url ) {
			$asked += [ "$name desktop" => [ $url, 1280 ], "$name phone" => [ $url, 390 ], "$name wide" => [ "$url?igny8-wide=1", 1600 ], "$name rtl" => [ "$url?igny8-rtl=1", 1280 ] ];
		}
		return self::$frames = $this->browse( [ 'igny8-measure' => wp_json_encode( $asked ) ] );
	}

	public function articles(): array {
		return [ 'classic' => [ 'classic' ], 'blocks' => [ 'blocks' ] ];
	}

	/** @dataProvider articles */
	public function test_squares_are_side_by_side( string $article ): void {
		$page = $this->frames()["$article desktop"];
		foreach ( [ [ 'square 1', 'square 2' ], [ 'square 3', 'square 4' ] ] as list( $left, $right ) ) {
			$left  = $page['images'][ $left ];
			$right = $page['images'][ $right ];
			$this->assertEqualsWithDelta( $left['top'], $right['top'], self::NEAR );
			$this->assertEqualsWithDelta( $left['width'], $right['width'], self::NEAR );
			$this->assertGreaterThan( 200, $left['width'] );
			$this->assertLessThan( $right['left'], $left['right'] );
			$this->assertWithin( $page['entry'], $left );
			$this->assertWithin( $page['entry'], $right );
		}
	}

	/** @dataProvider articles */
	public function test_pairs_begin_at_the_right_where_writing_does( string $article ): void {
		$page = $this->frames()["$article rtl"];
		$this->assertLessThan( $page['images']['square 1']['left'], $page['images']['square 2']['right'] );
		$this->assertEqualsWithDelta( $page['entry']['right'], $page['images']['square 1']['right'], self::NEAR );
		$this->assertWithin( $page['entry'], $page['images']['square 2'] );
	}

	/** @dataProvider articles */
	public function test_squares_are_stacked_on_a_phone( string $article ): void {
		$page = $this->frames()["$article phone"];
		$this->assertSame( 390, $page['viewport'] );
		foreach ( [ [ 'square 1', 'square 2' ], [ 'square 3', 'square 4' ] ] as list( $first, $second ) ) {
			$first  = $page['images'][ $first ];
			$second = $page['images'][ $second ];
			$this->assertGreaterThanOrEqual( $first['bottom'], $second['top'] );
			$this->assertEqualsWithDelta( $page['entry']['width'], $first['width'], self::NEAR );
			$this->assertEqualsWithDelta( $page['entry']['left'], $second['left'], self::NEAR );
		}
	}

	/** @dataProvider articles */
	public function test_landscapes_fill_the_column_up_to_1024( string $article ): void {
		foreach ( [ 'desktop', 'phone' ] as $screen ) {
			$page = $this->frames()["$article $screen"];
			$this->assertEqualsWithDelta( $page['entry']['width'], $page['images']['wide']['width'], self::NEAR );
			$this->assertLessThanOrEqual( 1024, $page['images']['wide']['width'] );
		}
		$page = $this->frames()["$article wide"];
		$this->assertGreaterThan( 1500, $page['entry']['width'] );
		$this->assertEqualsWithDelta( 1024, $page['images']['wide']['width'], self::NEAR );
		$middle = ( $page['entry']['left'] + $page['entry']['right'] ) / 2;
		$this->assertEqualsWithDelta( $middle, ( $page['images']['wide']['left'] + $page['images']['wide']['right'] ) / 2, self::NEAR );
		$this->assertLessThanOrEqual( 1024, $page['images']['square 2']['right'] - $page['images']['square 1']['left'] );
	}

	/** @dataProvider articles */
	public function test_portraits_keep_their_size_and_shapes_are_kept( string $article ): void {
		foreach ( [ 'desktop', 'phone', 'wide' ] as $screen ) {
			$page = $this->frames()["$article $screen"];
			$this->assertEqualsWithDelta( min( 500, $page['entry']['width'] ), $page['images']['tall']['width'], self::NEAR );
			foreach ( self::SIZES as $name => list( $width, $height ) ) {
				$image = $page['images'][ $name ];
				$this->assertEqualsWithDelta( $image['width'] * $height / $width, $image['height'], self::NEAR, "$name on $screen" );
				$this->assertWithin( $page['entry'], $image );
			}
		}
	}

	/** @dataProvider articles */
	public function test_captions_are_under_their_own_picture_and_make_a_card_of_it( string $article ): void {
		foreach ( [ 'desktop', 'phone', 'wide' ] as $screen ) {
			foreach ( $this->frames()["$article $screen"]['images'] as $name => $image ) {
				$is_card = in_array( $name, [ 'square 1', 'square 2', 'wide' ], true );
				$this->assertSame( [ $is_card, ! $is_card, $is_card ], [ $image['card'], $image['shadow'], null !== $image['caption'] ], $name );
				if ( ! $is_card ) {
					continue;
				}
				$this->assertGreaterThanOrEqual( $image['bottom'] - self::NEAR, $image['caption']['top'] );
				$this->assertLessThan( 60, $image['caption']['top'] - $image['bottom'] );
				$this->assertLessThan( $image['right'], $image['caption']['left'] );
				$this->assertGreaterThan( $image['left'], $image['caption']['right'] );
			}
		}
	}

	/** @dataProvider articles */
	public function test_everything_is_there_in_order( string $article ): void {
		$order = [ 'Opening.', 'First section', 'First words.', 'square 1', 'Caption one', 'square 2', 'Caption two', 'More words.', 'wide', 'A caption', 'Second section', 'Second words.', 'square 3', 'square 4', 'tall', 'The end.' ];
		foreach ( [ 'desktop', 'phone', 'wide' ] as $screen ) {
			$page = $this->frames()["$article $screen"];
			$this->assertSame( $order, $page['order'] );
			$this->assertLessThanOrEqual( $page['viewport'], $page['scroll'], 'Nobody has to scroll sideways.' );
			foreach ( $page['images'] as $name => $image ) {
				$this->assertGreaterThanOrEqual( 0, $image['left'], $name );
				$this->assertLessThanOrEqual( $page['viewport'], $image['right'], $name );
			}
		}
	}

	public function test_the_editor_finds_every_block_valid(): void {
		$media   = $this->media( [ 'curve' => [ 640, 320 ], 'bay' => [ 320, 320 ] ] );
		$content = rtrim( file_get_contents( __DIR__ . '/fixtures/blocks.html' ), "\n" );
		$answer  = Platform::publish( $this->payload( [ 'content_html' => $content, 'media' => $media ] ) );
		$said    = $this->browse( [ 'igny8-edit' => $answer['body']['post_id'] ] );

		$invalid = [];
		array_walk_recursive( $said, function ( $value, $key ) use ( &$invalid ): void {
			$invalid[] = 'isValid' === $key && true !== $value;
		} );
		$this->assertNotContains( true, $invalid, wp_json_encode( $said, JSON_PRETTY_PRINT ) );
		$names = [ 'core/paragraph', 'core/heading', 'core/image', 'core/image', 'core/list', 'core/quote', 'core/heading', 'core/code', 'core/table', 'core/separator', 'core/html' ];
		$this->assertSame( $names, array_column( $said['parsed'], 'name' ) );
		$this->assertSame( $names, array_column( $said['shown'], 'name' ) );
		$this->assertSame( [ 'core/list-item', 'core/list-item' ], array_column( $said['parsed'][4]['inner'], 'name' ) );
		$this->assertSame( array_column( $media, 'attachment_id' ), [ $said['parsed'][2]['id'], $said['parsed'][3]['id'] ] );
		$this->assertSame( [], $answer['body']['warnings'] );
		$this->assertSame( get_post( $answer['body']['post_id'] )->post_content, $said['stored'] );
		$this->assertSame( $said['stored'], $said['saved'], 'Saving it in the editor changes nothing.' );
	}

	/** The platform's snapshots of articles as blocks; `odd` are those that WordPress writes in other words when it saves them. */
	public function converted(): array {
		$files = glob( dirname( __DIR__, 6 ) . '/crates/domain/tests/blocks/*.snap' );
		$odd   = preg_grep( '~/odd\.snap\z~', $files );
		return [ 'odd' => [ $odd, false ], 'all others' => [ array_diff( $files, $odd ), true ] ];
	}

	/** @dataProvider converted */
	public function test_the_editor_finds_the_platforms_blocks_valid( array $snapshots, bool $is_stable ): void {
		$this->assertNotEmpty( $snapshots );
		$articles = array_map(
			function ( string $file ): string {
				return trim( preg_replace( '~\A---\n.*?\n---\n~s', '', file_get_contents( $file ) ) );
			},
			$snapshots
		);
		$answer   = Platform::publish( $this->payload( [ 'content_html' => implode( "\n\n", $articles ) ] ) );
		$this->assertSame( 201, $answer['status'], $answer['raw'] );
		$said = $this->browse( [ 'igny8-edit' => $answer['body']['post_id'] ] );

		$wrong = [];
		$look  = function ( array $blocks ) use ( &$look, &$wrong ): void {
			foreach ( $blocks as $block ) {
				if ( true !== $block['isValid'] || in_array( $block['name'], [ 'core/freeform', 'core/missing' ], true ) ) {
					$wrong[] = [ 'inner' => [] ] + $block;
				}
				$look( $block['inner'] );
			}
		};
		$look( $said['parsed'] );
		$this->assertSame( [], $wrong, wp_json_encode( $wrong, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES ) );
		$this->assertGreaterThan( 5, count( $said['parsed'] ) );
		$this->assertSame( array_column( $said['parsed'], 'name' ), array_column( $said['shown'], 'name' ) );
		if ( $is_stable ) {
			$this->assertSame( $said['stored'], $said['saved'], 'Saving it in the editor changes nothing.' );
		}
	}

	private function assertWithin( array $outer, array $inner ): void {
		$this->assertGreaterThanOrEqual( $outer['left'] - self::NEAR, $inner['left'] );
		$this->assertLessThanOrEqual( $outer['right'] + self::NEAR, $inner['right'] );
	}

	private function browse( array $query ): array {
		$word = bin2hex( random_bytes( 16 ) );
		$code = "define( 'IGNY8_TEST_WORD', '$word' ); require " . var_export( __DIR__ . '/fixtures/browser-pages.php', true ) . ';';
		return $this->with_mu_plugin( $code, function () use ( $query, $word ) {
			return Browser::ask( home_url( '/?' . http_build_query( $query + [ 'igny8-word' => $word ] ) ) );
		} );
	}

	private function publish( string $html, array $media ): string {
		$answer = Platform::publish( $this->payload( [ 'content_html' => $html, 'media' => $media ] ) );
		$this->assertSame( 201, $answer['status'], $answer['raw'] );
		return $answer['body']['post_url'];
	}

	/** Bring images of these sizes to the library. */
	private function media( array $sizes ): array {
		$media = [];
		foreach ( $sizes as $name => list( $width, $height ) ) {
			$source  = 'https://img.test/' . str_replace( ' ', '-', $name ) . '.png';
			$media[] = [ 'source_url' => $source, 'attachment_id' => $this->upload( $this->image( $width, $height ), [ 'source_url' => $source ] )['body']['attachment_id'] ];
		}
		return $media;
	}

	private function classic(): string {
		return '<p>Opening.</p><h2>First section</h2>
			<figure><img src="https://img.test/square-1.png" alt="square 1"><figcaption>Caption one</figcaption></figure>
			<figure><img src="https://img.test/square-2.png" alt="square 2"><figcaption>Caption two</figcaption></figure>
			<p>First words.</p><p>More words.</p>
			<figure><img src="https://img.test/wide.png" alt="wide"><figcaption>A caption</figcaption></figure>
			<h2>Second section</h2><p><img src="https://img.test/square-3.png" alt="square 3"><br><img src="https://img.test/square-4.png" alt="square 4"></p>
			<img src="https://img.test/tall.png" alt="tall"><p>Second words.</p><p>The end.</p>';
	}

	private function blocks(): string {
		$image = function ( string $name, string $caption = '' ): string {
			$source = 'https://img.test/' . str_replace( ' ', '-', $name ) . '.png';
			return "<!-- wp:image -->\n<figure class=\"wp-block-image\"><img src=\"$source\" alt=\"$name\"/>" . ( '' !== $caption ? "<figcaption class=\"wp-element-caption\">$caption</figcaption>" : '' ) . "</figure>\n<!-- /wp:image -->\n\n";
		};
		$text  = function ( string $words ): string {
			return "<!-- wp:paragraph -->\n<p>$words</p>\n<!-- /wp:paragraph -->\n\n";
		};
		$title = function ( string $words ): string {
			return "<!-- wp:heading -->\n<h2>$words</h2>\n<!-- /wp:heading -->\n\n";
		};
		return $text( 'Opening.' ) . $title( 'First section' ) . $image( 'square 1', 'Caption one' ) . $image( 'square 2', 'Caption two' ) . $text( 'First words.' ) . $text( 'More words.' ) . $image( 'wide', 'A caption' )
			. $title( 'Second section' ) . $image( 'square 3' ) . $image( 'square 4' ) . $image( 'tall' ) . $text( 'Second words.' ) . $text( 'The end.' );
	}
}
